// Compiled from kernels/relaxed.ts by scripts/build-kernels.mjs; not edited by hand.

/** WebAssembly, each byte plus 41 as a character. */
export const RELAXED_WASM =
  ')\x8a\x9c\x96*)))*F-\x890¨¨¨¤¤¤¤)\x89-¨¨¨¨)\x89,¨¨¨)\x89+¨¨)+8*,\x8e\x97\x9f/\x96\x8e\x96\x98\x9b¢+)),.-)*+,0L,3\x95\x8a¢\x8e\x9b\x80\x91\x98\x95\x8e),2\x99\x8a\x8c\x94\x80\x91\x98\x95\x8e)' +
  '+/\x96\x8e\x96\x98\x9b¢+)3Ø7-Ò,**¨I+I)Q+1I*I)Q+5\x95\x93\x93K0I,&#*I)Q+AI+\x93&)-)I)Q+II*I)Q+Mj,\x9djY\x93\x95\x93S+)&<K,&\x0f*&\x0f*I)' +
  'Q+=I+\x93&)-)&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-)I0I-&#*I+j9\x93K*I)Q+A\x93&)-)I,&\x0f' +
  '*&\x0f*I)Q+=I*\x93&)-)&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-9I0I.&#*I+jI\x93K*I)Q+A\x93&)' +
  '-)I,&\x0f*&\x0f*I)Q+=I*\x93&)-)&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-II0I/&#*I+jY\x93K*I)' +
  'Q+A\x93&)-)I,&\x0f*&\x0f*I)Q+=I*\x93&)-)&\x0d*&5))))))))))))))))&5))©())©())©())©(I)Q+YD&\x12*&4-Y4ý++-¨4¤I)' +
  'Q+IK-I)Q+MK/j,\x9djY\x93K0I+\x95\x93j9\x93J.I-I0I+j*\x93\x95\x93j9\x93I.\x94J0I)Q+9I*I)Q+U\x95\x93I,j+\x9d\x93J-I*j.\x9dI,\x93j+\x9dK*I)Q+E\x93K' +
  ',&)-)K1J2I,&)-9K3J4I,&)-IK5J6I,&)-YK7J8I.I/j,\x93j¥\x9a\x93J,,iI,I.t-iI-&)-)K:I.&2+)K9I1&¼+J1I:I.I0' +
  '\x93&2+)K:I2&¼+J2I-&)-9K;I9I3&¼+J3I;I:I4&¼+J4I-&)-IK;I9I5&¼+J5I;I:I6&¼+J6I-&)-YK;I9I7&¼+J7I;I' +
  ':I8&¼+J8I-j©*\x93J-I.j-\x93J.5*44I)I+I*I1I3I5I79)I)I+j*\x93I*I2I4I6I89)4Ì**1¨I)Q+MJ/I)Q+EJ0jé)j)I)Q' +
  '+]DJ1,iI.I/r-iI)Q+9I.j¥\x9aj.\x9d\x93I.j,\x9a\x93J2j)J-,iI+I-t-iI*K,j*\x93J*I2I)Q+UI-j.\x9f\x95\x93I-jH\x9aj+\x9d\x93I,U))K,c)' +
  ')I0I-j+\x9d\x93K3I3Q+)I,I1\x95\x94_+)I-j*\x93J-5*44I.j*\x93J.5*444¯0,0¨2¤+¦,iI*I/t-i&5))))))))))))))))J2l))¥' +
  'kl))\x27kI)Q+]K,DJ;I)Q+)I/I)Q+-\x95\x93K.J-I.I)Q+MK0j+\x9d\x93J1,iI-I1r-iI2I-&)-)&\x09*&\x12*J2I-j9\x93J-5*44I2&H)' +
  'I2&H*ÀI2&H+I2&H,ÀÀK<l\x89kË6\x86J-I)Q+II/I)Q+Mj,\x9djY\x93\x95\x93l))))I<I;¾I-Da+)l))))I;I<¾I-D&<J2&5é(hté(h' +
  'té(hté(ht&5))it))it))it))itI,DJ3I)Q+II/I)Q+Mj,\x9djY\x93\x95\x93j9\x93J,I.I0j+\x9d\x93J-,iI-I.t-iI,I.&)-)I2&\x0f*&' +
  '5))it))it))it))it&\x0d*I3&Ú*I.&)-9I2&\x0f*&5))it))it))it))it&\x0d*I3&Ú*&®*I.jI\x93K.&)-)I2&\x0f*&5))it))i' +
  't))it))it&\x0d*I3&Ú*I.&)-9I2&\x0f*&5))it))it))it))it&\x0d*I3&Ú*&®*&\x8f&4-)I.jI\x93J.I,j9\x93J,5*44I/j*\x93J/5*' +
  '44I*j§\x9aJ.I)Q+QJ/,iI+I/r-ij)J,,iI,I.r-iI)I+I,j)9*I)I+I,j99*I,j+\x93J,5*44I*I.t-iI)Q+9I+I)Q+U\x95\x93' +
  'J-I+j0\x9dK0I)Q+E\x93K,&)-)J2I,&)-9J3I,&)-IJ4I,&)-YJ5I,&)-iJ6I,&)-yJ7I,&)-\x89J8I,&)-\x99J9I)Q+II.I)Q+' +
  'MK1j,\x9djY\x93\x95\x93j9\x93K,I1j,\x93j¥\x9a\x93J1,iI,I1r-iI-&)-)I,&2+)K:I2&¼+J2I-&)-9I:I3&¼+J3I-&)-II:I4&¼+J4I-&' +
  ')-YI:I5&¼+J5I-ji\x94&)-)I:I6&¼+J6I-&)-yI:I7&¼+J7I-&)-\x89I:I8&¼+J8I-&)-\x99I:I9&¼+J9I-j©*\x93J-I,j-\x93J,' +
  '5*44I)I.I0I2I3I4I59)I)I.I0ji\x94I6I7I8I99)4I+j*\x93J+5*444';
