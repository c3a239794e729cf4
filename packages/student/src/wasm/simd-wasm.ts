// Compiled from kernels/simd.ts by scripts/build-kernels.mjs; not edited by hand.

/** WebAssembly, each byte plus 41 as a character. */
export const SIMD_WASM =
  ')\x8a\x9c\x96*)))*Z/\x89-¨¨¨¨)\x89+¨¨)\x890¨¨¨¤¤¤¤)\x892¨¨¨¨¨¨¨¨¨)\x89-¨¨¨¨*¨\x89,¨¨¨)+8*,\x8e\x97\x9f/\x96\x8e\x96\x98\x9b¢+)),32+))),-.**0w' +
  '0/\x90\x8a\x9d\x91\x8e\x9b)-0\x8c\x8a\x9b\x9b\x92\x8e\x9c).1\x96\x9e\x95\x9d\x92\x99\x95¢),3\x95\x8a¢\x8e\x9bo\x95\x98\x8a\x9d)13\x95\x8a¢\x8e\x9b\x80\x91\x98\x95\x8e)02\x99\x8a\x8c\x94\x80\x91\x98\x95\x8e)//\x96\x8e\x96\x98\x9b¢+)3ÂR2Ò,**¨I+I' +
  ')Q+1I*I)Q+5\x95\x93\x93K0I,&#*I)Q+AI+\x93&)-)I)Q+II*I)Q+Mj,\x9djY\x93\x95\x93S+)&<K,&\x0f*&\x0f*I)Q+=I+\x93&)-)&\x0d*&5)))))))' +
  ')))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-)I0I-&#*I+j9\x93K*I)Q+A\x93&)-)I,&\x0f*&\x0f*I)Q+=I*\x93&)-)&\x0d*&5)' +
  ')))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-9I0I.&#*I+jI\x93K*I)Q+A\x93&)-)I,&\x0f*&\x0f*I)Q+=I*\x93&)-)' +
  '&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-II0I/&#*I+jY\x93K*I)Q+A\x93&)-)I,&\x0f*&\x0f*I)Q+=I' +
  '*\x93&)-)&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-Y4 ++-¨4¤I)Q+IK-I)Q+MK/j,\x9djY\x93K0I+' +
  '\x95\x93j9\x93J.I-I0I+j*\x93\x95\x93j9\x93I.\x94J0I)Q+9I*I)Q+U\x95\x93I,j*\x9d\x93J-I*j.\x9dI,\x93j+\x9dK*I)Q+E\x93K,&)-)K1J2I,&)-9K3J4I,&' +
  ')-IK5J6I,&)-YK7J8I.I/j,\x93j+\x9fj,\x9d\x93J,,iI,I.t-iI1I-&*))K:I.&2+)K9&ã*&×*J1I2I:I.I0\x93&2+)K:&ã*&×*J' +
  '2I3I-j1\x93&*))K;I9&ã*&×*J3I4I;I:&ã*&×*J4I5I-j9\x93&*))K;I9&ã*&×*J5I6I;I:&ã*&×*J6I7I-jA\x93&*))K;I9' +
  '&ã*&×*J7I8I;I:&ã*&×*J8I-ji\x94J-I.j-\x93J.5*44I)I+I*I1I3I5I79)I)I+j*\x93I*I2I4I6I89)4«-+4¤,¨I)Q+9I*' +
  'I)Q+U\x95\x93I,\x93J8I*j0\x9dI,\x93K9I)Q+=\x93K*&)-)K-J.I*&)-9K/J0I*&)-IK1J2I*&)-YK3J4I)Q+)I)Q+-K:I+\x95\x93K*I)Q+' +
  'Mj+\x9d\x93J,,iI*I,r-iI-I*&2+)K6I8&)-)K7&\x0f*&\x0d*J-I.I*I:\x93&2+)K5I7&\x0f*&\x0d*J.I/I6I8&)-9K7&\x0f*&\x0d*J/I0I5I' +
  '7&\x0f*&\x0d*J0I1I6I8&)-IK7&\x0f*&\x0d*J1I2I5I7&\x0f*&\x0d*J2I3I6I8&)-YK6&\x0f*&\x0d*J3I4I5I6&\x0f*&\x0d*J4I8j©*\x93J8I*j-\x93' +
  'J*5*44I9I)Q+1I+I)Q+5\x95\x93\x93K*I-&5))))))))))))))))&5))©())©())©())©(I)Q+YDK-&\x12*&4-)I*I/I-&\x12*&4-' +
  '9I*I1I-&\x12*&4-II*I3I-&\x12*&4-YI9I)Q+1I)Q+5I+j*\x93\x95\x93\x93K*I.&5))))))))))))))))&5))©())©())©())©(I)Q' +
  '+YDK-&\x12*&4-)I*I0I-&\x12*&4-9I*I2I-&\x12*&4-II*I4I-&\x12*&4-Y4\x95*+¨I,j+\x9dJ.,iI-j9\x93K,I.v-iI)I-\x93I*I-\x93&)-' +
  ')I+I-\x93&)-)&\x0f*&4-)I,J-5*44,iI-I.r-iI)I-\x93I*I-\x93S+)I+I-\x93S+)½a+)I-j-\x93J-5*444¶4,-¨1¤+¦,iI/-iI-S+' +
  '-J?I.I-Q+)j+\x9d\x93J3I)-iI)j*o-ij)J4I0j1x-iI?&<J8,iI0j1\x94I4I4j1\x93I0tDJ4&5))))))))))))))))J6&5))))' +
  '))))))))))))J7I.J2,iI2I3r-iI6I,I2Q+)I0\x95I4\x93j*\x9d\x93K5&-*)K6&5)©)))©)))©)))©))&wj9&Ô*I6&5(¨))(¨)' +
  ')(¨))(¨))&wj6&Ô*&5))©\xa0))©\xa0))©\xa0))©\xa0&\x0f*&y&\x0d*J6I7I5&-*1K7&5)©)))©)))©)))©))&wj9&Ô*I7&5(¨))(¨)' +
  ')(¨))(¨))&wj6&Ô*&5))©\xa0))©\xa0))©\xa0))©\xa0&\x0f*&y&\x0d*J7I2j-\x93J25*44I*I4j+\x9d\x93K2I6I8&\x0f*&4-)I2I7I8&\x0f*&4-9I' +
  '4j1\x93K4I0r6)44,iI0I4t-il))))J>I.J2,iI2I3r-iI>I,I2Q+)I0\x95I4\x93j*\x9d\x93X*)&:K6&5)©)))©)))©)))©))&wj9' +
  '&Ô*I6&5(¨))(¨))(¨))(¨))&wj6&Ô*&5))©\xa0))©\xa0))©\xa0))©\xa0&\x0f*&y&H)»J>I2j-\x93J25*44I*I4j+\x9d\x93I>I?½a+)I4j*' +
  '\x93J45*44.j)J4I0j9x-iI?&<J<,iI0j9\x94I4I4j9\x93I0tDJ4&5))))))))))))))))J7&5))))))))))))))))J9&5)))' +
  ')))))))))))))J8&5))))))))))))))))J6I.J2,iI2I3r-iI7I,I2Q+)K5I0\x95\x93I4\x93&)-)K:&°*K=&Ð*&#*I1I5j+\x9d' +
  '\x93&2+)K;&\x0f*&\x0d*J7I9I=&Ñ*&#*I;&\x0f*&\x0d*J9I8I:&±*K:&Ð*&#*I;&\x0f*&\x0d*J8I6I:&Ñ*&#*I;&\x0f*&\x0d*J6I2j-\x93J25*4' +
  '4I*I4j+\x9d\x93K2I7I<&\x0f*&4-)I2I9I<&\x0f*&4-9I2jI\x93I8I<&\x0f*&4-)I2I6I<&\x0f*&4-YI4j9\x93K4I0r6)44,iI0I4t-il))' +
  '))J>I.J2,iI2I3r-iI>I,I2Q+)K5I0\x95\x93I4\x93U))ÛI1I5j+\x9d\x93S+)½»J>I2j-\x93J25*44I*I4j+\x9d\x93I>I?½a+)I4j*\x93J45*' +
  '444.j)J4I0j9x-iI?&<J:,iI0j9\x94I4I4j9\x93I0tDJ4&5))))))))))))))))J6&5))))))))))))))))J7&5)))))))' +
  ')))))))))J9&5))))))))))))))))J8I.J2,iI2I3r-iI6I,I2Q+)I0\x95I4\x93j+\x9d\x93K5&)-)&\x0d*J6I7I5&)-9&\x0d*J7I9I' +
  '5&)-I&\x0d*J9I8I5&)-Y&\x0d*J8I2j-\x93J25*44I*I4j+\x9d\x93K2I6I:&\x0f*&4-)I2I7I:&\x0f*&4-9I2jI\x93I9I:&\x0f*&4-)I2I8I:' +
  '&\x0f*&4-YI4j9\x93K4I0r6)44,iI0I4t-il))))J>I.J2,iI2I3r-iI>I,I2Q+)I0\x95I4\x93j+\x9d\x93S+)»J>I2j-\x93J25*44I*I4' +
  'j+\x9d\x93I>I?½a+)I4j*\x93J45*444I-j1\x93J-I3J.I/j*\x94J/I*I+\x93J*5*444j**¤,iI)I*r-iI-I)&)-)I+&:&wI,&:&×*&y' +
  'J-I)j9\x93J)5*44I-I+I,\x93&:&w&|j)p4·**/¨I)Q+MJ/I)Q+EJ0,iI.I/r-iI)Q+9I.j§\x9aj.\x9d\x93I.j*\x9a\x93J1j)J-,iI+I-' +
  't-iI*K,j*\x93J*I1I)Q+UI-j.\x9f\x95\x93I-jH\x9aj*\x9d\x93I,U))c))I0I-j+\x9d\x93K,I,Q+)_+)I-j*\x93J-5*44I.j*\x93J.5*444\x00/,0¨2' +
  '¤+¦,iI*I/t-i&5))))))))))))))))J2l))¥kl))\x27kI)Q+]DJ;I)Q+)I/I)Q+-\x95\x93K.J-I.I)Q+MK0j+\x9d\x93J,,iI,I-t' +
  '-iI2I-&)-)&\x09*&\x12*J2I-j9\x93J-5*44I2&H)I2&H*ÀI2&H+I2&H,ÀÀK<l\x89kË6\x86J,I)Q+II/I)Q+Mj,\x9djY\x93\x95\x93l))))I<I' +
  ';¾I,Da+)l))))I;I<¾I,D&<J2I)Q+II/I)Q+Mj,\x9djY\x93\x95\x93j9\x93J,I.I0j+\x9d\x93J-,iI-I.t-iI.&)-)I2&\x0f*&5))it))it' +
  '))it))it&\x0d*&5))it))it))it))it&Ú*I.&)-9I2&\x0f*&5))it))it))it))it&\x0d*&5))it))it))it))it&Ú*&®*J3' +
  'I.jI\x93J.I,I3&4-)I,j9\x93J,5*44I/j*\x93J/5*44I*j§\x9aJ.I)Q+QJ/,iI+I/r-ij)J,,iI,I.r-iI)I+I,j)9*I)I+I,j' +
  '99*I,j+\x93J,5*44I*I.t-iI)Q+9I+I)Q+U\x95\x93J-I+j0\x9dK0I)Q+E\x93K,&)-)J2I,&)-9J3I,&)-IJ4I,&)-YJ5I,&)-iJ6' +
  'I,&)-yJ7I,&)-\x89J8I,&)-\x99J9I)Q+II.I)Q+MK1j,\x9djY\x93\x95\x93j9\x93K,I1j,\x93j+\x9fj,\x9d\x93J1,iI,I1r-iI2I-&*))I,&2+)K:' +
  '&ã*&×*J2I3I-j1\x93&*))I:&ã*&×*J3I4I-j9\x93&*))I:&ã*&×*J4I5I-jA\x93&*))I:&ã*&×*J5I6I-jI\x93&*))I:&ã*&×*' +
  'J6I7I-jQ\x93&*))I:&ã*&×*J7I8I-jY\x93&*))I:&ã*&×*J8I9I-ja\x93&*))I:&ã*&×*J9I-ji\x94J-I,j-\x93J,5*44I)I.I0I' +
  '2I3I4I59)I)I.I0ji\x94I6I7I8I99)4I+j*\x93J+5*444ð3,3¨2¤*¦I*j§\x9aj)I)Q+]K4DJ,I4n-iI)Q+MJ0,iI*I1t-iI)' +
  'Q+)I1I)Q+-\x95\x93J2I)Q+II1I)Q+Mj,\x9djY\x93\x95\x93K/j9\x93K.J+I0j0\x9dJ-j)J3,iI-I3t-iI+I2S+)K>a+)I+I3_+-I+j1j)I>' +
  'l))))\x85D\x93J+I2j-\x93J2I3j©*\x93J35*44I/I+I.\x94_+)I1j*\x93J15*444I)Q+QJ1j)J3,iI1I3t-ij)J+,iI+I,r-iI)I3I+' +
  'j)9+I)I3I+jé)9+I+j+\x93J+5*44I,J+,iI*I+t-iI4-iI)Q+9I3I)Q+U\x95\x93J2I3j0\x9dK-I)Q+1I+I)Q+5\x95\x93\x93J.I)Q+=I-' +
  '\x93K-&)-)J6I-&)-9J8I-&)-IJ9I-&)-YJ7I-&)-iJ:I-&)-yJ;I-&)-\x89J<I-&)-\x99J=I)Q+)I+I)Q+-\x95\x93K/I)Q+Mj+\x9d\x93' +
  'J-,iI-I/t-iI6I/&2+)K5I2&)-)&\x0f*&\x0d*J6I8I5I2&)-9&\x0f*&\x0d*J8I7I5I2&)-Y&\x0f*&\x0d*J7I.I9I5I2&)-I&\x0f*&\x0d*K' +
  '9&4-)I.I7&4-9I:I5I2&)-i&\x0f*&\x0d*J:I;I5I2&)-y&\x0f*&\x0d*J;I<I5I2&)-\x89&\x0f*&\x0d*J<I=I5I2&)-\x99&\x0f*&\x0d*J=I2j©*' +
  '\x93J2I/j-\x93J/5*44I.I6&5))))))))))))))))&5))©())©())©())©(I)Q+YDK5&\x12*&4-)I.I8I5&\x12*&4-9I.I9I5&\x12' +
  '*&4-II.I7I5&\x12*&4-YI.ji\x94K-I:&5))))))))))))))))&5))©())©())©())©(I)Q+YDK5&\x12*&4-)I-I;I5&\x12*&4-' +
  '9I-I<I5&\x12*&4-II-I=I5&\x12*&4-Y.I)Q+9I3I)Q+U\x95\x93J0I3j0\x9dK-I)Q+1I+I)Q+5\x95\x93\x93J/I)Q+=I-\x93K-&)-)J<I-&)-9' +
  'J;I-&)-IJ:I-&)-YJ=I-&)-iJ9I-&)-yJ8I-&)-\x89J7I-&)-\x99J6I)Q+II+I)Q+Mj,\x9djY\x93\x95\x93K-j9\x93K2I-Q+)\x93J.,iI.I' +
  '2t-iI<I2&2+)K5I0I2Q+-\x93K-&)-)&\x0f*&\x0d*J<I;I5I-&)-9&\x0f*&\x0d*J;I=I5I-&)-Y&\x0f*&\x0d*J=I/I:I5I-&)-I&\x0f*&\x0d*' +
  'K:&4-)I/I=&4-9I9I5I-&)-i&\x0f*&\x0d*J9I8I5I-&)-y&\x0f*&\x0d*J8I7I5I-&)-\x89&\x0f*&\x0d*J7I6I5I-&)-\x99&\x0f*&\x0d*J6I2j1' +
  '\x93J25*44I/I<&5))))))))))))))))&5))©())©())©())©(I)Q+YDK5&\x12*&4-)I/I;I5&\x12*&4-9I/I:I5&\x12*&4-II/' +
  'I=I5&\x12*&4-YI/ji\x94K-I9&5))))))))))))))))&5))©())©())©())©(I)Q+YDK5&\x12*&4-)I-I8I5&\x12*&4-9I-I7I5' +
  '&\x12*&4-II-I6I5&\x12*&4-Y4I+j*\x93J+5*44I3j*\x93J35*444';
